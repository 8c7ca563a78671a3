/**
 * Arguments for a Node that runs a file of this folder uncompiled (under Jest). Node itself strips the types; only the `.js`
 * in import paths has to lead to the `.ts` that is there. Such files keep to erasable syntax: no parameter properties.
 */
export function sourceArguments(): string[] {
  const hooks = `
    import { registerHooks } from 'node:module';
    registerHooks({
      resolve: (specifier, context, next) =>
        next(
          specifier.startsWith('.') && context.parentURL?.endsWith('.ts')
            ? specifier.replace(/\\.js$/, '.ts')
            : specifier,
          context,
        ),
    });`;
  return ['--disable-warning=ExperimentalWarning', '--import', `data:text/javascript,${encodeURIComponent(hooks)}`];
}
