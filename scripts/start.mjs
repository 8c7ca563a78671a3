// `npm start`: builds what is out of date and runs everything in one process.
import { buildIfNeeded, runProgram } from './run.mjs';

try {
  await buildIfNeeded();
  process.exit(await runProgram('dist/apps/standalone/src/main.js', process.argv.slice(2)));
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
