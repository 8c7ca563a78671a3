import { ExchangeCheck, type Exchange } from '#testing';
import { baseUrl } from './shape.js';

let check: Promise<ExchangeCheck> | undefined;

/** Holds a real answer to the document that the product serves at `/openapi.json`. @throws Error with what it does not say. */
export async function expectDocumented(exchange: Exchange): Promise<void> {
  check ??= load();
  const problems = (await check).problems(exchange);
  if (problems.length > 0) {
    throw new Error(`Not as /openapi.json says:\n${problems.join('\n')}\n${exchange.text.slice(0, 500)}`);
  }
}

async function load(): Promise<ExchangeCheck> {
  const answer = await fetch(`${baseUrl()}/openapi.json`);
  if (answer.status !== 200) throw new Error(`/openapi.json → ${String(answer.status)}`);
  return new ExchangeCheck((await answer.json()) as Readonly<Record<string, unknown>>);
}
