import type { ConfigurationChange, ConfigurationResult, TokenImpact } from '#contracts';

const SIGNS = { create: '+', update: '~', delete: '-' } as const;
const COLOURS = { create: 32, update: 33, delete: 31 } as const;
const RESET = '\u001b[0m';

type Action = ConfigurationChange['action'];
type Paint = (action: Action, text: string) => string;

/** What a plan or an application changes, and whose tokens with it, for people. */
export function render(
  { changes, impact, abridged }: Pick<ConfigurationResult, 'changes' | 'impact'> & { readonly abridged?: boolean },
  options: { readonly colour: boolean; readonly done: boolean },
): string {
  if (changes.length === 0) return 'no changes\n';
  const paint: Paint = (action, text) => (options.colour ? `\u001b[${COLOURS[action]}m${text}${RESET}` : text);
  const count = (action: Action): number => changes.filter((change) => change.action === action).length;
  const will = options.done ? '' : 'to ';
  const [create, update, remove] = [count('create'), count('update'), count('delete')];
  const words = options.done ? ['created', 'changed', 'deleted'] : ['create', 'change', 'delete'];
  const lines = [
    ...changes.flatMap((change) => linesOf(change, paint)),
    ...(abridged === true ? ['… many changes: of the later ones only what changes is shown, not how'] : []),
    '',
    ...impactLines(impact, paint),
    `${create} ${will}${words[0]}, ${update} ${will}${words[1]}, ${remove} ${will}${words[2]}`,
  ];
  return `${lines.join('\n')}\n`;
}

function linesOf({ action, kind, name, client_id: owner, members }: ConfigurationChange, paint: Paint): string[] {
  const shown = members.filter(
    ({ before, after }) => action === 'update' || !isEmpty(action === 'create' ? after : before),
  );
  const of = owner === undefined ? '' : ` of ${printable(owner)}`;
  return [
    paint(action, `${SIGNS[action]} ${kind.replace('_', ' ')} ${printable(name)}${of}`),
    ...(action === 'delete' ? [] : shown).map(({ name: member, before, after }) =>
      action === 'create' ? `    ${member}: ${text(after)}` : `    ${member}: ${text(before)} → ${text(after)}`,
    ),
  ];
}

/** Null: who asks may not see who holds what. */
function impactLines(impact: ConfigurationResult['impact'], paint: Paint): string[] {
  if (impact === null) return [];
  const { subjects, complete } = impact;
  if (subjects.length === 0 && complete) return ['Tokens: nobody gains or loses permissions', ''];
  return [
    'Tokens',
    ...subjects.flatMap(({ kind, name, gains, loses }) => [
      `  ${kind} ${printable(name)}`,
      ...permissionLines(gains).map((line) => paint('create', `    + ${line}`)),
      ...permissionLines(loses).map((line) => paint('delete', `    - ${line}`)),
    ]),
    ...(complete ? [] : ['  … and of more clients and users, too many to list']),
    '',
  ];
}

function permissionLines(at: TokenImpact['gains']): string[] {
  return at.map(({ audience, permissions }) => `${permissions.map(printable).join(' ')} (${printable(audience)})`);
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
