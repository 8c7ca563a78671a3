import 'reflect-metadata';

/** How one setting is read from the environment. */
export interface SettingOptions {
  /** `CHANCERY_…`; `<name>_FILE` names a file to read it from instead. */
  readonly name: `CHANCERY_${string}`;
  /** One sentence for operators; generated into the documentation and the deployment files. */
  readonly description: string;
  readonly type: 'string' | 'integer' | 'boolean';
  /** Used when the setting is absent; a setting without default is optional (`undefined`) unless `required`. */
  readonly default?: string | number | boolean;
  readonly required?: boolean;
  /** Its value is never printed. */
  readonly secret?: boolean;
}

/** A setting with the property it fills. */
export interface DeclaredSetting extends SettingOptions {
  readonly property: string;
}

const declared = new Map<object, DeclaredSetting[]>();

/** Declares a property of a settings class; combine with class-validator decorators for its rules. */
export function Setting(options: SettingOptions): PropertyDecorator {
  return (prototype, property) => {
    const list = declared.get(prototype) ?? [];
    list.push({ ...options, property: String(property) });
    declared.set(prototype, list);
  };
}

/** Every setting of a class, inherited ones first. */
export function settingsOf(type: new () => object): readonly DeclaredSetting[] {
  const chain: DeclaredSetting[][] = [];
  for (let prototype: object | null = type.prototype as object; prototype !== null;) {
    const own = declared.get(prototype);
    if (own !== undefined) chain.unshift(own);
    prototype = Object.getPrototypeOf(prototype) as object | null;
  }
  return chain.flat();
}
