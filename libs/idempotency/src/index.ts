export { IdempotentCreation, type Created, type KeepAnswer } from './idempotent-creation.js';
export { KeptAnswers, type AnswerKeeper } from './kept-answers.js';
export { KEY_TAKEN, keyTaken, namedCreation, type KeptAnswer, type NamedCreation } from './named-creation.js';
