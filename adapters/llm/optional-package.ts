/**
 * Packages that most desks do without: loaded when their provider is first asked, and named with the way to get them.
 */
import { notSent } from './call-failure.ts';

export type OptionalPackage = { readonly name: string; readonly version: string };

/** @throws ModelCallFailed PROVIDER_NOT_INSTALLED with the command that installs it */
export async function loadOptional<T>({ name, version }: OptionalPackage): Promise<T> {
  try {
    return (await import(name)) as T;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
    const reason = isMissing ? '' : ` (it does not load: ${why})`;
    const detail = `npm install --no-save ${name}@${version} installs it${reason}`;
    throw notSent('PROVIDER_NOT_INSTALLED', detail);
  }
}
