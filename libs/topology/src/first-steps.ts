/**
 * The main job in four lines for a Bourne shell with curl and sed: sign in, create a realm, register a client with a
 * service account, get its token. A null password is asked for.
 */
export function firstSteps(baseUrl: string, username: string, password: string | null): readonly string[] {
  const realms = `${baseUrl}/realms`;
  const token = 'protocol/openid-connect/token';
  const member = (name: string): string => `sed -n 's/.*"${name}":"\\([^"]*\\)".*/\\1/p'`;
  const asked = password === null ? `read -rsp 'Password: ' PASSWORD && ` : '';
  const secret = password === null ? '"password=$PASSWORD"' : `'password=${password.replaceAll("'", `'\\''`)}'`;
  return [
    `${asked}TOKEN=$(curl -s ${realms}/master/${token} -d grant_type=password -d client_id=admin-cli -d username=${username} --data-urlencode ${secret} | ${member('access_token')})`,
    `curl -s ${realms} -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d '{"name":"shop"}'`,
    `SECRET=$(curl -s ${realms}/shop/clients -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d '{"name":"Billing","client_id":"billing","service_account_enabled":true}' | ${member('client_secret')})`,
    `curl -s ${realms}/shop/${token} -u "billing:$SECRET" -d grant_type=client_credentials`,
  ];
}
