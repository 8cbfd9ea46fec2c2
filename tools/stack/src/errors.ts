/** A reason why the infrastructure cannot start, with what the person at the terminal can do about it. */
export class StackError extends Error {
  constructor(
    message: string,
    readonly hint: string,
    options: { cause?: unknown } = {},
  ) {
    super(`${message}\n  ${hint}`, options);
    this.name = 'StackError';
  }
}
