/** What no single field of a registry can tell: names that lead nowhere or stand twice, prices that cannot be. */
import type { ModelRates, ModelRecord, ModelRegistry } from '../schemas/llm/model-registry.ts';
import { MODEL_TIERS } from '../schemas/llm/model-registry.ts';
import { nearestName } from '../schemas/nearest-name.ts';
import { outsideUrlProblems } from '../schemas/outside-url.ts';
import { type Problem, problem } from '../schemas/problem.ts';

export function registryProblems(registry: ModelRegistry, allowLoopback: boolean): Problem[] {
  const { providers, models } = registry;
  return [
    ...duplicates(
      'providers',
      providers.map(({ name }) => name),
    ),
    ...duplicates(
      'models',
      models.map(({ id }) => id),
    ),
    ...providers.flatMap(({ name, baseUrls }) => baseUrls.flatMap((url) => addressProblems(name, url, allowLoopback))),
    ...models.flatMap((record) => [...providerProblems(record, registry), ...priceProblems(record)]),
    ...models.flatMap((record) => [...lengthProblems(record), ...limitNameProblems(record)]),
    ...tierProblems(registry),
  ];
}

function duplicates(path: string, names: readonly string[]): Problem[] {
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  return [...new Set(twice)].map((name) => problem('CONFIG_DUPLICATE', `${path}.${name}`, name, 'each name once'));
}

function addressProblems(name: string, url: string, allowLoopback: boolean): Problem[] {
  const hosts = URL.canParse(url) ? [new URL(url).hostname] : [];
  return outsideUrlProblems(`providers.${name}.baseUrls`, url, { hosts, allowLoopback });
}

function providerProblems({ id, provider, apiFamily }: ModelRecord, { providers }: ModelRegistry): Problem[] {
  const found = providers.find(({ name }) => name === provider);
  const names = providers.map(({ name }) => name);
  if (found === undefined) return [unknownName(`models.${id}.provider`, provider, names)];
  if (found.apiFamily === apiFamily) return [];
  return [problem('CONFIG_ENUM', `models.${id}.apiFamily`, apiFamily, `${found.apiFamily}, as ${provider} speaks`)];
}

function tierProblems({ models, tierDefaults, fallbacks }: ModelRegistry): Problem[] {
  const ids = models.map(({ id }) => id);
  return MODEL_TIERS.flatMap((tier) =>
    [
      ...[tierDefaults[tier]].map((id) => ['tierDefaults', id] as const),
      ...fallbacks[tier].map((id) => ['fallbacks', id] as const),
    ]
      .filter(([, id]) => !ids.includes(id))
      .map(([where, id]) => unknownName(`${where}.${tier}`, id, ids)),
  );
}

function unknownName(path: string, name: string, known: readonly string[]): Problem {
  const near = nearestName(name, known);
  return problem(
    'CONFIG_UNKNOWN_NAME',
    path,
    name,
    `one of ${known.join(', ')}`,
    near === null ? '' : `did you mean ${near}`,
  );
}

/** What is thought leaves at least one token to answer with. */
function lengthProblems({ id, contextTokens, outputTokensMax, thinkingTokens = 0 }: ModelRecord): Problem[] {
  const atMost = (name: string, got: number, most: number): Problem[] =>
    got <= most ? [] : [problem('CONFIG_LIMIT_ORDER', `models.${id}.${name}`, got, `at most ${most}`)];
  return [
    ...atMost('outputTokensMax', outputTokensMax, contextTokens),
    ...atMost('thinkingTokens', thinkingTokens, outputTokensMax - 1),
  ];
}

/** Only Chat Completions has two names for it. */
const limitNameProblems = ({ id, apiFamily, outputLimitName }: ModelRecord): Problem[] =>
  outputLimitName === undefined || apiFamily === 'openaiChat'
    ? []
    : [problem('CONFIG_UNKNOWN_KEY', `models.${id}.outputLimitName`, outputLimitName, `nothing for ${apiFamily}`)];

/** 0.001 and 1,000 USD per million tokens: a price per token, or one in plain USD, lies far outside. */
const [PRICE_MIN, PRICE_MAX] = [1_000, 1_000_000_000] as const;
const FREE_FAMILIES: readonly string[] = ['openaiChat', 'gguf', 'rules'];

function priceProblems({ id, apiFamily, prices }: ModelRecord): Problem[] {
  if (prices === 'unpriced') return [];
  const all: [string, ModelRates][] = [['prices', prices]];
  if (prices.longPrompt !== null) all.push(['prices.longPrompt', prices.longPrompt]);
  return all.flatMap(([where, rates]) =>
    ratesProblems(`models.${id}.${where}`, rates, FREE_FAMILIES.includes(apiFamily)),
  );
}

function ratesProblems(path: string, rates: ModelRates, mayBeFree: boolean): Problem[] {
  const { inMicroUsdPerMTok, outMicroUsdPerMTok, cacheReadMicroUsdPerMTok } = rates;
  const isFree = inMicroUsdPerMTok === 0 && outMicroUsdPerMTok === 0 && cacheReadMicroUsdPerMTok === 0;
  if (isFree && mayBeFree) return [];
  const named = { inMicroUsdPerMTok, outMicroUsdPerMTok, cacheReadMicroUsdPerMTok };
  const hint = 'whole micro-USD per million tokens: 4 USD = 4000000; not known: prices: unpriced';
  return Object.entries(named)
    .filter(([, price]) => price < PRICE_MIN || price > PRICE_MAX)
    .map(([name, price]) =>
      problem('CONFIG_PRICE_IMPLAUSIBLE', `${path}.${name}`, price, `${PRICE_MIN} to ${PRICE_MAX}`, hint),
    );
}
