/** What a new administrator's first commands depend on. */
export interface FirstStepsOptions {
  readonly publicUrl: string;
  readonly adminUsername: string;
  /** Null when it is not known (any start but the first): the reader puts it into `PASSWORD` then. */
  readonly adminPassword: string | null;
}

const quote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
const pick = (member: string): string => `sed -E 's/.*"${member}":"([^"]+)".*/\\1/'`;

/**
 * Four command lines, to be pasted into a shell in this order, with nothing but curl and sed: sign in with `admin-cli`,
 * create a realm, create a confidential client with a service account, get its token.
 */
export function firstSteps(options: FirstStepsOptions): readonly string[] {
  const { publicUrl } = options;
  const token = (realm: string): string => `${publicUrl}/realms/${realm}/protocol/openid-connect/token`;
  const json = `-H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json'`;
  const client = '{"name":"billing","client_id":"billing","service_account_enabled":true}';
  // Not `read`: when all lines are pasted at once it would take the next one for the answer.
  const asked = options.adminPassword === null ? `: "\${PASSWORD:?set it first}"; ` : '';
  const password = options.adminPassword === null ? '"password=$PASSWORD"' : quote(`password=${options.adminPassword}`);
  return [
    `${asked}TOKEN=$(curl -s ${token('master')} -d grant_type=password -d client_id=admin-cli --data-urlencode ` +
      `${quote(`username=${options.adminUsername}`)} --data-urlencode ${password} ` +
      `| ${pick('access_token')})`,
    `curl -sw '\\n' ${publicUrl}/realms ${json} -d '{"name":"demo"}'`,
    `SECRET=$(curl -s ${publicUrl}/realms/demo/clients ${json} -d '${client}' | ${pick('client_secret')})`,
    `curl -sw '\\n' ${token('demo')} -u "billing:$SECRET" -d grant_type=client_credentials`,
  ];
}
