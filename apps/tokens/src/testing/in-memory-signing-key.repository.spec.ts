import { InMemorySigningKeyRepository } from './in-memory-signing-key.repository.js';
import { describeSigningKeyRepository } from './signing-key.repository.suite.js';

describeSigningKeyRepository('InMemorySigningKeyRepository', () => {
  const repository = new InMemorySigningKeyRepository();
  return { repository, events: repository.events };
});
