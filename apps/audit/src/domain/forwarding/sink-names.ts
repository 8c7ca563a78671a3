/** The name under which a webhook's place in the log is kept. */
export function sinkOf(webhookId: string): string {
  return `webhook:${webhookId}`;
}
