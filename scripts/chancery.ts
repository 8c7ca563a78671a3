import { run } from './cli/run.js';

process.exitCode = await run(process.argv.slice(2), {
  environment: process.env,
  out: process.stdout,
  error: process.stderr,
});
