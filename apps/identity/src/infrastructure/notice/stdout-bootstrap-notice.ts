import { writeSync } from 'node:fs';
import { BootstrapNotice } from '../../domain/bootstrap-notice.js';

/** Writes to standard output, for a person, in a block that cannot be taken for the log. */
export class StdoutBootstrapNotice extends BootstrapNotice {
  constructor(private readonly write: (text: string) => void = writeToStdout) {
    super();
  }

  passwordGenerated(username: string, password: string): void {
    const rule = '='.repeat(72);
    this.write(
      [
        '',
        rule,
        'FIRST ADMINISTRATOR',
        `  username  ${username}`,
        `  password  ${password}`,
        'This password is shown this once and kept nowhere in plain text.',
        rule,
        '',
      ].join('\n'),
    );
  }
}

/** Without the stream's buffer, which a crash could take along. */
function writeToStdout(text: string): void {
  let rest = Buffer.from(text, 'utf8');
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(process.stdout.fd, rest));
    } catch (error) {
      // A pipe that is full for the moment.
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
    }
  }
}
