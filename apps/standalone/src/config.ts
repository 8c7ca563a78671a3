import { Setting } from '#config';
import { Max, Min } from 'class-validator';

/** Settings of the one-process shape itself; the services it composes read their own. */
export class StandaloneSettings {
  @Setting({
    name: 'CHANCERY_DATA_DIR',
    description: 'Folder of the embedded database and of the generated master key (standalone only).',
    type: 'string',
    default: './data',
  })
  dataDir!: string;

  @Setting({
    name: 'CHANCERY_HTTP_PORT',
    description: 'Port of the public door.',
    type: 'integer',
    default: 8080,
  })
  @Min(0, { message: 'must be 0 or more' })
  @Max(65_535, { message: 'must be at most 65535' })
  httpPort!: number;

  @Setting({
    name: 'CHANCERY_PUBLIC_URL',
    description: 'Base URL that clients see; issuers are made of it, never of the Host header.',
    type: 'string',
  })
  publicUrl?: string;

  @Setting({
    name: 'CHANCERY_ADMIN_USERNAME',
    description: 'Name of the first administrator; first start only.',
    type: 'string',
    default: 'admin',
  })
  adminUsername!: string;
}
