import type { AuditExportCursor, ReadAuditExport, ReplyOf, RequestOf } from '#contracts';
import { Injectable } from '@nestjs/common';
import { ReadExport } from './read-export.js';

/** A page has to fit a message of the bus, together with the hashes of its leaves. */
const LIMITS = { records: 512, bytes: 384 * 1_024 };

/** Begins an export, or goes on with it. */
@Injectable()
export class ReadExportPage {
  constructor(private readonly readExport: ReadExport) {}

  /** @throws AppError `validation_failed` for a leaf that there is not; `malformed_request` for no place in an export. */
  async execute(request: RequestOf<typeof ReadAuditExport>): Promise<ReplyOf<typeof ReadAuditExport>> {
    const query = { realm: { name: request.realm, id: request.realmId }, scope: request.scope };
    const { firstIndex } = request;
    const cursor: AuditExportCursor = request.cursor ?? (await this.readExport.begin({ ...query, firstIndex }));
    const { lines, next } = await this.readExport.page({ ...query, cursor, limits: LIMITS });
    return { text: lines.join(''), next };
  }
}
