import { SingleBar, Presets } from 'cli-progress';

/** Tells how far a long work is. */
export interface Progress {
  add(count: number): void;
  done(): void;
}

/** Where progress is written to. */
export interface ProgressOutput {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** A bar on a terminal; elsewhere a line for every tenth. */
export function progressOf(title: string, total: number, output: ProgressOutput): Progress {
  return output.isTTY === true ? bar(title, total, output) : lines(title, total, output);
}

function bar(title: string, total: number, output: ProgressOutput): Progress {
  const shown = new SingleBar(
    {
      format: `${title.padEnd(8)} {bar} {percentage}% | {value}/{total} | {duration_formatted}`,
      stream: output as NodeJS.WritableStream,
      hideCursor: true,
    },
    Presets.shades_classic,
  );
  shown.start(total, 0);
  return { add: (count) => shown.increment(count), done: () => shown.stop() };
}

function lines(title: string, total: number, output: ProgressOutput): Progress {
  const started = performance.now();
  let done = 0;
  let told = 0;
  return {
    add(count) {
      done += count;
      const tenths = Math.floor((done * 10) / total);
      if (tenths === told) return;
      told = tenths;
      const seconds = ((performance.now() - started) / 1_000).toFixed(1);
      output.write(`${title}: ${String(done)} of ${String(total)} (${seconds} s)\n`);
    },
    done: () => {},
  };
}
