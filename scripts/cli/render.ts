import type { ConfigurationChange, ConfigurationResult } from '#contracts';

const SIGNS = { create: '+', update: '~', delete: '-' } as const;
const COLOURS = { create: 32, update: 33, delete: 31 } as const;
const RESET = '\u001b[0m';

/** What a plan or an application changes, for people. */
export function render(
  { changes }: ConfigurationResult,
  options: { readonly colour: boolean; readonly done: boolean },
): string {
  if (changes.length === 0) return 'no changes\n';
  const lines = changes.flatMap((change) => linesOf(change, options.colour));
  const count = (action: ConfigurationChange['action']): number =>
    changes.filter((change) => change.action === action).length;
  const will = options.done ? '' : 'to ';
  const [create, update, remove] = [count('create'), count('update'), count('delete')];
  const words = options.done ? ['created', 'changed', 'deleted'] : ['create', 'change', 'delete'];
  lines.push('', `${create} ${will}${words[0]}, ${update} ${will}${words[1]}, ${remove} ${will}${words[2]}`);
  return `${lines.join('\n')}\n`;
}

function linesOf({ action, kind, name, members }: ConfigurationChange, colour: boolean): string[] {
  const paint = (text: string): string => (colour ? `\u001b[${COLOURS[action]}m${text}${RESET}` : text);
  const shown = members.filter(
    ({ before, after }) => action === 'update' || !isEmpty(action === 'create' ? after : before),
  );
  return [
    paint(`${SIGNS[action]} ${kind} ${printable(name)}`),
    ...(action === 'delete' ? [] : shown).map(({ name: member, before, after }) =>
      action === 'create' ? `    ${member}: ${text(after)}` : `    ${member}: ${text(before)} → ${text(after)}`,
    ),
  ];
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || (Array.isArray(value) && value.length === 0);
}

function text(value: unknown): string {
  return printable(typeof value === 'string' && value.startsWith('***') ? value : JSON.stringify(value ?? null));
}

/** What somebody named a client must not steer the terminal of somebody else. */
export function printable(value: string): string {
  return value.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '?');
}
