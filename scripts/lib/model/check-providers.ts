/**
 * Asks every provider of the registry that is configured how it is, at each of its addresses, without a token spent.
 */
import type { ModelProvider, ProviderHealth } from '../../../adapters/llm/model-provider.ts';
import type { ModelEnvironment } from '../../../config/model-environment.ts';
import { lacking } from '../../../config/model-registry.ts';
import type { ModelRegistry, ProviderRecord } from '../../../schemas/llm/model-registry.ts';
import { shownUrl } from '../../../schemas/outside-url.ts';
import type { Answer } from '../bars/answer.ts';

type Parts = {
  readonly registry: ModelRegistry;
  readonly providers: ReadonlyMap<string, ModelProvider>;
  readonly settings: ModelEnvironment;
};

/** `ok` is what a configured provider answered; null: it is not configured, and `detail` says what it needs. */
type Checked = {
  readonly provider: string;
  readonly address: string | null;
  readonly ok: boolean | null;
  readonly detail: string;
  readonly latencyMs: number | null;
  readonly models: readonly string[];
};

/** Exit code 1 when one that is configured does not answer. */
export async function checkProviders(parts: Parts): Promise<Answer> {
  const all = await Promise.all(parts.registry.providers.map((record) => checkOne(record, parts)));
  const providers = all.flat();
  const ok = providers.every((one) => one.ok !== false);
  return { exitCode: ok ? 0 : 1, document: { ok, providers }, lines: providers.map(lineOf) };
}

async function checkOne(record: ProviderRecord, { registry, providers, settings }: Parts): Promise<Checked[]> {
  const { name: provider, baseUrls } = record;
  const models = registry.models.filter((one) => one.provider === provider).map(({ id }) => id);
  const needed = lacking(record, settings);
  const told = (address: string | null, health: Pick<ProviderHealth, 'detail'> & Partial<ProviderHealth>): Checked => ({
    ...{ provider, address, models, ok: health.ok ?? null, detail: health.detail, latencyMs: health.latencyMs ?? null },
  });
  if (needed !== null) return [told(null, { detail: `not configured: it needs ${needed}` })];
  const one = providers.get(provider);
  if (one === undefined) return [];
  if (baseUrls.length === 0) return [told(null, await one.health(''))];
  return Promise.all(baseUrls.map(async (url) => told(shownUrl(url), await one.health(url))));
}

function lineOf({ provider, address, ok, detail, latencyMs }: Checked): string {
  const state = ok === null ? '-' : ok ? 'ok' : 'DOWN';
  const where = address === null ? '' : ` at ${address}`;
  return `${state.padEnd(5)}${provider}${where}: ${detail}${latencyMs === null ? '' : `, ${latencyMs} ms`}`;
}
