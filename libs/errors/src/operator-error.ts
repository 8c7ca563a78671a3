/**
 * Something that the person who starts the program has to mend: a setting, a folder in use, a port that is taken. Programs
 * print its message alone; a stack would only hide it.
 */
export class OperatorError extends Error {
  override readonly name: string = 'OperatorError';
}
