import { connect } from '@nats-io/transport-node';
import { generateKeyPair, SignJWT } from 'jose';
import { randomUUID } from 'node:crypto';

/** The bare pipeline's back: one ES256 signature for each message, with the claims of an RFC 9068 access token. */
const nats = await connect({ servers: process.argv[2] ?? '' });
const { privateKey } = await generateKeyPair('ES256');
nats.subscribe('bare.sign', {
  queue: 'signers',
  callback: (_error, message) => {
    const now = Math.floor(Date.now() / 1000);
    void new SignJWT({ client_id: 'bench', scope: '', jti: randomUUID() })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'bench' })
      .setIssuer('http://127.0.0.1/realms/bench')
      .setSubject('bench')
      .setAudience('bench')
      .setIssuedAt(now)
      .setExpirationTime(now + 300)
      .sign(privateKey)
      .then((token) =>
        message.respond(JSON.stringify({ access_token: token, token_type: 'Bearer', expires_in: 300, scope: '' })),
      );
  },
});
await nats.flush();
console.log(JSON.stringify({ ready: true }));
