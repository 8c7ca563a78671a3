import { EraseAuditPersonalData } from '#contracts';
import { MessageClient, type CallContext } from '#messaging';
import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { targetOf, type Access } from '../access/access.js';
import { Caller } from '../access/caller.js';
import { RequirePermissions } from '../access/requirements.js';
import { Context } from '../http/call-context.js';
import { JsonBodyPipe } from '../http/json-body.pipe.js';
import { NoQuery } from '../http/no-query.js';
import { ErasePersonalDataDto } from './dto/audit-erasure.dto.js';

/** Erasure of personal data in the events of a realm, on lawful demand. */
@Controller('/realms/:realm/audit/erasures')
export class AuditErasuresController {
  constructor(private readonly client: MessageClient) {}

  @Post()
  @HttpCode(200)
  @RequirePermissions('manage_events')
  async erase(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Body(new JsonBodyPipe(ErasePersonalDataDto)) body: ErasePersonalDataDto,
    @NoQuery() _query: null,
  ) {
    const { id: realmId, name: realm } = targetOf(caller);
    const { subject_id: subjectId, reason } = body;
    const { erased, finished } = await this.client.call(
      EraseAuditPersonalData,
      { actor: caller.actor, realm, realmId, subjectId, reason },
      context,
    );
    return { data: { subject_id: subjectId, erased, finished } };
  }
}
