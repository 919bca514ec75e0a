/** What a piece of news is about, by words that are common to its field. A text may have several topics, or none. */

export const TOPICS = [
  'earnings',
  'analystRating',
  'dividendAndBuyback',
  'mergers',
  'funding',
  'management',
  'legal',
  'regulation',
  'centralBank',
  'economy',
  'tradeAndTariffs',
  'commodities',
  'crypto',
  'product',
  'jobs',
  'technicals',
] as const;
export type Topic = (typeof TOPICS)[number];

const WORDS: Readonly<Record<Topic, RegExp>> = {
  earnings: /\b(earnings|eps|profits?|net loss|revenues?|quarterly|results|guidance|q[1-4]|sales|margins?|ebitda)\b/,
  analystRating:
    /\b(upgrades?d?|downgrades?d?|price targets?|overweight|underweight|outperform|underperform|analysts?|rating)\b/,
  dividendAndBuyback: /\b(dividends?|buy-?backs?|repurchases?|payout|stock split|bonus issue)\b/,
  mergers: /\b(mergers?|acquires?|acquired|acquisitions?|takeovers?|buyout|stake|merges?|spin-?off|demerger)\b/,
  funding:
    /\b(ipo|offering|raises? (?:funds|capital|money)|bonds?|notes?|rights issue|debt|loans?|listing|fund-?raising)\b/,
  management: /\b(ceo|cfo|chairman|chief|appoints?|appointed|resigns?|steps? down|board|director)\b/,
  legal: /\b(lawsuits?|courts?|sues?|sued|settle(?:s|d|ment)?|fraud|verdict|judge|class action|probe|investigation)\b/,
  regulation:
    /\b(regulators?|regulatory|sec|sebi|fda|antitrust|approval|ban(?:s|ned)?|licen[cs]e|compliance|sanctions?)\b/,
  centralBank:
    /\b(fed|fomc|ecb|boe|boj|rbi|central bank|rate (?:cuts?|hikes?|decision)|interest rates?|monetary|powell|lagarde)\b/,
  economy:
    /\b(gdp|inflation|cpi|ppi|unemployment|payrolls|recession|economy|economic|pmi|retail sales|deficit|consumer confidence)\b/,
  tradeAndTariffs: /\b(tariffs?|trade war|trade deal|exports?|imports?|customs|embargo|sanctions)\b/,
  commodities:
    /\b(oil|crude|brent|wti|gold|silver|copper|natural gas|opec|wheat|corn|zinc|nickel|aluminium|commodit(?:y|ies))\b/,
  crypto:
    /\b(bitcoin|btc|ethereum|ether|eth|crypto(?:currency|currencies)?|blockchain|stablecoins?|token|defi|binance|coinbase)\b/,
  product: /\b(launch(?:es|ed)?|unveils?|releases?|recalls?|patent|product|trial|prototype)\b/,
  jobs: /\b(layoffs?|lay-?offs|job cuts|hiring|strike|union|workers|employees|redundanc(?:y|ies)|headcount)\b/,
  technicals:
    /\b(support|resistance|breakout|moving average|rsi|overbought|oversold|52-week|all-time high|chart|trend ?line)\b/,
};

/** In the order of the list. */
export function topicsOf(text: string): Topic[] {
  const plain = text.toLowerCase();
  return TOPICS.filter((topic) => WORDS[topic].test(plain));
}
