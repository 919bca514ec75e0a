/**
 * Reads config/models.yaml, merges the file of QUARTERDECK_MODELS over it and puts the addresses and timeouts of the
 * environment in. Strict, with all problems of both files at once. Codes: those of policy-files.ts, CONFIG_DUPLICATE,
 * CONFIG_UNKNOWN_NAME, CONFIG_PRICE_IMPLAUSIBLE, CONFIG_URL_BLOCKED.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { type ModelRegistry, type ProviderRecord, registrySchema } from '../schemas/llm/model-registry.ts';
import { InvalidInput, type Problem, problem } from '../schemas/problem.ts';
import { configProblems } from './config-problems.ts';
import type { ModelEnvironment } from './model-environment.ts';
import { readYaml } from './read-yaml.ts';
import { registryProblems } from './registry-problems.ts';

const MODELS_FILE = 'models.yaml';
const { providers, models, tierDefaults, tasks, fallbacks } = registrySchema.shape;
/** A second file says only what it changes. */
const extraSchema = z.strictObject({
  providers: providers.unwrap().array().optional(),
  models: models.unwrap().array().optional(),
  tierDefaults: tierDefaults.partial().optional(),
  tasks: tasks.partial().optional(),
  fallbacks: fallbacks.partial().optional(),
});
type Extra = z.infer<typeof extraSchema>;

export type RegistrySettings = { readonly models: ModelEnvironment; readonly allowLoopback: boolean };

/** The registry as it holds for this process. @throws InvalidInput (exit code 2) with every problem found */
export function loadModelRegistry(
  directory: string,
  { models: settings, allowLoopback }: RegistrySettings,
): ModelRegistry {
  const base = readFile(join(directory, MODELS_FILE), MODELS_FILE, registrySchema);
  const extra =
    settings.registryFile === null ? EMPTY : readFile(settings.registryFile, settings.registryFile, extraSchema);
  const broken = [...base.problems, ...extra.problems];
  if (broken.length > 0 || base.value === null || extra.value === null) throw new InvalidInput(broken);
  const registry = withSettings(merged(base.value, extra.value), settings);
  const problems = [...registryProblems(registry, allowLoopback), ...backendProblems(registry, settings)];
  if (problems.length > 0) throw new InvalidInput(problems);
  return registry;
}

type Read<T> = { readonly value: T | null; readonly problems: readonly Problem[] };
const EMPTY: Read<Extra> = { value: {}, problems: [] };

function readFile<S extends z.ZodType>(path: string, name: string, schema: S): Read<z.output<S>> {
  const { raw, problems } = readYaml(path, name);
  if (raw === undefined) return { value: null, problems };
  const parsed = schema.safeParse(raw, { reportInput: true });
  const found = parsed.success ? [] : configProblems(flat(parsed.error.issues), schema);
  const told = found.map((one) => ({ ...one, message: `${name}: ${one.message}` }));
  return { value: parsed.success ? parsed.data : null, problems: [...problems, ...told] };
}

type Issue = z.core.$ZodIssue;

/** Of prices that are neither `unpriced` nor whole, what is wrong with them as prices. */
const flat = (issues: readonly Issue[]): Issue[] =>
  issues.flatMap((issue) => {
    const first = issue.code === 'invalid_union' && typeof issue.input === 'object' ? issue.errors[0] : undefined;
    return first === undefined ? [issue] : first.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
  });

const merged = (base: ModelRegistry, extra: Extra): ModelRegistry => ({
  providers: [...replaced(base.providers, extra.providers ?? [], ({ name }) => name)],
  models: [...replaced(base.models, extra.models ?? [], ({ id }) => id)],
  tierDefaults: { ...base.tierDefaults, ...given(extra.tierDefaults) },
  tasks: { ...base.tasks, ...given(extra.tasks) },
  fallbacks: { ...base.fallbacks, ...given(extra.fallbacks) },
});

const replaced = <T>(base: readonly T[], extra: readonly T[], nameOf: (one: T) => string): T[] => {
  const names = new Set(extra.map(nameOf));
  return [...base.filter((one) => !names.has(nameOf(one))), ...extra];
};

/** Without the keys that are undefined: they would hide what is below. */
const given = <T extends object>(values: T | undefined): { [K in keyof T]?: NonNullable<T[K]> } =>
  Object.fromEntries(Object.entries(values ?? {}).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };

function withSettings(registry: ModelRegistry, settings: ModelEnvironment): ModelRegistry {
  const { totalTimeoutMs } = settings;
  return {
    ...registry,
    providers: registry.providers.map((one) => ({
      ...one,
      baseUrls: baseUrlsOf(one, settings),
      keyEnv: keyEnvOf(one, settings),
    })),
    models: registry.models.map((one) => (totalTimeoutMs === null ? one : { ...one, totalTimeoutMs })),
  };
}

/** OPENAI_BASE_URL is the compatible server's where that one is the backend. */
function baseUrlsOf({ name, apiFamily, baseUrls }: ProviderRecord, settings: ModelEnvironment): string[] {
  const isCompatible = settings.backend === 'openai-compatible';
  if (apiFamily === 'bedrockMessages' && (settings.bedrockBaseUrl !== null || baseUrls.length === 0)) {
    const region = settings.aws?.region;
    const own =
      settings.bedrockBaseUrl ?? (region === undefined ? null : `https://bedrock-runtime.${region}.amazonaws.com`);
    return own === null ? [] : [own];
  }
  const set = {
    anthropic: settings.anthropicBaseUrl,
    openai: isCompatible ? null : settings.openaiBaseUrl,
    'openai-compatible': isCompatible ? settings.openaiBaseUrl : null,
  }[name];
  return set == null ? [...baseUrls] : [set];
}

/** The key goes with the address: OPENAI_API_KEY is the compatible server's where OPENAI_BASE_URL is. */
function keyEnvOf({ name, keyEnv }: ProviderRecord, settings: ModelEnvironment): ProviderRecord['keyEnv'] {
  const isTheirs = name === 'openai-compatible' && settings.backend === name && settings.openaiBaseUrl !== null;
  return keyEnv === null && isTheirs && settings.keys.OPENAI_API_KEY !== undefined ? 'OPENAI_API_KEY' : keyEnv;
}

/** Providers that can be asked: the key is set, and there is an address or a file where one is needed. */
export const configuredProviders = (registry: ModelRegistry, settings: ModelEnvironment): string[] =>
  registry.providers.filter((one) => lacking(one, settings) === null).map(({ name }) => name);

/** What a provider still needs; null: nothing. */
export function lacking({ apiFamily, baseUrls, keyEnv }: ProviderRecord, settings: ModelEnvironment): string | null {
  if (apiFamily === 'rules') return null;
  if (apiFamily === 'gguf') return settings.modelPath === null ? 'LLM_INSTRUCT_MODEL_PATH' : null;
  if (keyEnv === 'AWS' && settings.aws === null) return 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY';
  if (keyEnv !== null && keyEnv !== 'AWS' && settings.keys[keyEnv] === undefined) return keyEnv;
  return baseUrls.length === 0 ? 'an address in its baseUrls' : null;
}

function backendProblems(registry: ModelRegistry, settings: ModelEnvironment): Problem[] {
  const { backend } = settings;
  if (backend === null) return [];
  const found = registry.providers.find(({ name }) => name === backend);
  if (found === undefined) {
    const names = registry.providers.map(({ name }) => name).join(', ');
    return [problem('CONFIG_ENUM', 'LLM_BACKEND', backend, `one of ${names}`)];
  }
  const needed =
    backend === 'openai-compatible' && found.baseUrls.length === 0 ? 'OPENAI_BASE_URL' : lacking(found, settings);
  return needed === null ? [] : [problem('CONFIG_REQUIRED', 'LLM_BACKEND', backend, needed, `set ${needed} too`)];
}
