import { run } from './cli/run.js';
import { survivesClosing } from './cli/survives-closing.js';

for (const stream of [process.stdout, process.stderr]) survivesClosing(stream);

process.exitCode = await run(process.argv.slice(2), {
  environment: process.env,
  out: process.stdout,
  error: process.stderr,
});
