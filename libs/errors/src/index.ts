export { ERROR_CODES, isErrorCode, type ErrorCode, type ErrorCodeFacts } from './error-codes.js';
export { AppError, type AppErrorOptions, type WireError } from './app-error.js';
export { collectingFieldErrors, fieldErrorAt, type FieldError } from './field-error.js';
export { OperatorError } from './operator-error.js';
