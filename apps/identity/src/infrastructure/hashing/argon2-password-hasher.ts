import { hash, verify, type Options } from '@node-rs/argon2';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { PasswordHasher } from '../../domain/password-hasher.js';

/** OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, two passes, one lane. The library's default is argon2id. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const satisfies Options;

/** argon2id on the threads of libuv's pool. */
@Injectable()
export class Argon2PasswordHasher extends PasswordHasher implements OnModuleInit {
  /** Of a password that nobody knows, for comparisons that must fail but take their time. */
  private readonly nobodys = hash(randomBytes(32), PARAMETERS);

  /** Ready before the first request, or its answer would take twice as long. */
  async onModuleInit(): Promise<void> {
    await this.nobodys;
  }

  hash(password: string): Promise<string> {
    return hash(prepared(password), PARAMETERS);
  }

  async verify(phc: string | null, password: string): Promise<boolean> {
    const fits = await verify(phc ?? (await this.nobodys), prepared(password));
    return fits && phc !== null;
  }
}

/** NFC (RFC 8265 §4.2.2), so that a password typed on another keyboard is the same bytes. */
function prepared(password: string): string {
  return password.normalize('NFC');
}
