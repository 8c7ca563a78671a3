import type { ConfigurationResult } from '#contracts';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { CliError } from './cli-error.js';

/** What a plan is of. */
export interface PlanSubject {
  readonly url: string;
  readonly realm: string;
  /** The text of the file that was planned. */
  readonly document: string;
}

const FORMAT = 1;

/** Keeps a plan, so that exactly this plan is applied, or nothing. It holds no secret. @throws CliError. */
export function writePlan(file: string, { url, realm, document }: PlanSubject, result: ConfigurationResult): void {
  const plan = { chancery_plan: FORMAT, url, realm, document_sha256: sha256(document), ...result };
  try {
    writeFileSync(file, `${JSON.stringify(plan, null, 2)}\n`);
  } catch (error) {
    throw new CliError(`Cannot write ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The digest of a plan that was kept. @throws CliError when the plan is not one of this file, for this realm. */
export function readPlanDigest(file: string, { url, realm, document }: PlanSubject): string {
  const plan = parsed(file);
  if (plan['chancery_plan'] !== FORMAT || typeof plan['digest'] !== 'string') {
    throw new CliError(`${file} is not a plan that "chancery plan --out" has written.`);
  }
  if (plan['realm'] !== realm || plan['url'] !== url) {
    throw new CliError(`${file} is a plan for the realm ${String(plan['realm'])} at ${String(plan['url'])}.`);
  }
  if (plan['document_sha256'] !== sha256(document)) {
    throw new CliError(`${file} was made of another configuration: plan again.`);
  }
  return plan['digest'];
}

function parsed(file: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch (error) {
    throw new CliError(`Cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
