export { ERROR_CODES, isErrorCode, type ErrorCode, type ErrorCodeFacts } from './error-codes.js';
export { AppError, type AppErrorOptions, type FieldError, type WireError } from './app-error.js';
export { OperatorError } from './operator-error.js';
