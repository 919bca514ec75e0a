/** Keys of every kind that a worker is given, drawn anew by each seed, and whether a text holds one in any spelling. */
import { createRandom } from '../../../domain/market/random.ts';

/** By the variable that a worker reads. Of a pair `id:secret` only the secret has to stay unseen. */
export type Keys = Readonly<Record<string, string>>;

export function drawKeys(seed: number): Keys {
  const random = createRandom(`secrets:${seed}`);
  const part = (): string => Array.from({ length: 20 }, () => Math.floor(random.uniform() * 36).toString(36)).join('');
  return {
    OPENAI_API_KEY: `sk-${part()}`,
    ANTHROPIC_API_KEY: `sk-ant-${part()}`,
    AWS_SECRET_ACCESS_KEY: `${part()}/${part()}+q`,
    AWS_SESSION_TOKEN: part(),
    ALPACA_PAPER_KEY: `PK${part()}:${part()}`,
    ALPACA_DATA_KEY: `PK${part()}:${part()}`,
    CCXT_PAPER_KEY: `CK${part()}:${part()}`,
  };
}

export const secretOf = (key: string): string => key.split(':').at(-1) ?? key;

/** As it is, and as it could pass unseen: in a URL, in hex, in base64. */
const spellings = (secret: string): string[] => [
  secret,
  encodeURIComponent(secret),
  Buffer.from(secret).toString('hex'),
  Buffer.from(secret).toString('base64').replace(/=+$/, ''),
];

/** Names of the keys that stand in a text. */
export const keysIn = (text: string, keys: Keys): string[] =>
  Object.entries(keys).flatMap(([name, key]) =>
    spellings(secretOf(key)).some((spelled) => text.includes(spelled)) ? [name] : [],
  );
