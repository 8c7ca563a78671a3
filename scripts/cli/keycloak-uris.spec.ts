import { describe, expect, it } from '@jest/globals';
import { importUris } from './keycloak-uris.js';

function imported(client: Record<string, unknown>, isPublic = true) {
  const warnings: string[] = [];
  return { ...importUris(client, isPublic, (message) => warnings.push(message)), warnings };
}

const REDIRECTS = ['https://app.example/cb', '/relative', 'https://deep.example/app/*', 'com.example.app:/cb'];
const ROOT = { rootUrl: 'https://root.example/' };
const USABLE = ['https://app.example/cb', 'https://root.example/relative', 'com.example.app:/cb'];
const WILDCARD = 'redirect URI https://deep.example/app/* is left out: wildcards are not supported, list every URI';

describe('the URIs of a client of Keycloak', () => {
  it('say nothing of what the export does not have', () => {
    expect(imported({})).toEqual({ redirect_uris: [], warnings: [] });
  });

  it('are divided at ##, and made absolute', () => {
    const attributes = { 'post.logout.redirect.uris': 'https://app.example/bye##/bye##https://app.example/bye' };
    expect(imported({ ...ROOT, attributes })).toEqual({
      redirect_uris: [],
      post_logout_redirect_uris: ['https://app.example/bye', 'https://root.example/bye'],
      warnings: [],
    });
  });

  it('are all redirect URIs where sign-out says +, and those that it names besides', () => {
    const attributes = { 'post.logout.redirect.uris': '+##https://app.example/bye##https://app.example/bye/*' };
    expect(imported({ ...ROOT, redirectUris: REDIRECTS, attributes })).toEqual({
      redirect_uris: USABLE,
      post_logout_redirect_uris: [...USABLE, 'https://app.example/bye'],
      warnings: [
        WILDCARD,
        'post-logout redirect URI https://app.example/bye/* is left out: wildcards are not supported, list every URI',
      ],
    });
  });

  it('are none where sign-out says -', () => {
    const attributes = { 'post.logout.redirect.uris': '-' };
    expect(imported({ redirectUris: ['https://app.example/cb'], attributes })).toMatchObject({
      post_logout_redirect_uris: [],
      warnings: [],
    });
  });

  it('have the origins of all redirect URIs where web origins say +, also of those with a wildcard in their path', () => {
    expect(imported({ ...ROOT, redirectUris: REDIRECTS, webOrigins: ['+', 'https://app.example'] })).toEqual({
      redirect_uris: USABLE,
      web_origins: ['https://app.example', 'https://root.example', 'https://deep.example'],
      warnings: [WILDCARD, 'web origin + gives nothing for com.example.app:/cb: it has no web origin'],
    });
  });

  it.each([
    ['*', 'wildcards are not supported, list every origin'],
    ['https://*.app.example', 'wildcards are not supported, list every origin'],
    ['http://app.example', 'http is for the own machine only, use https'],
    ['https://app.example/', 'browsers send it as https://app.example'],
    ['https://app.example:443', 'browsers send it as https://app.example'],
    ['app.example', 'it is no origin of the web'],
    ['null', 'it is no origin of the web'],
  ])('leave the web origin %s out, and say why', (origin, why) => {
    expect(imported({ webOrigins: [origin, 'http://localhost:3000'] })).toEqual({
      redirect_uris: [],
      web_origins: ['http://localhost:3000'],
      warnings: [`web origin ${origin} is left out: ${why}`],
    });
  });
});
