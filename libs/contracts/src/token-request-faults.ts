/** Why a request for a token cannot even be read, as the audit log gives it; what each means. */
export const TOKEN_REQUEST_FAULTS = {
  malformed_form: 'a body that is no form, or has a parameter twice',
  wrong_content_type: 'a body that does not say it is a form in UTF-8, or is compressed',
  body_too_large: 'a body larger than any request for a token',
  parameters_in_url: 'parameters in the URL, where logs would keep them',
  authorization_malformed: 'more than one Authorization header, or one that is too long',
} as const;
/** Why a request for a token cannot even be read. */
export type TokenRequestFault = keyof typeof TOKEN_REQUEST_FAULTS;
