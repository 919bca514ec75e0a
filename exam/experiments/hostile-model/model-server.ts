/**
 * The hostile model: a server that speaks Chat Completions as a stream. It deals one card to each question of a session, and
 * asks for tools without end where it is offered some. It remembers what it has dealt.
 */
import { type ChatServer, type Said, startChatServer } from '../../rig/chat-server.ts';
import { answerOf, type Card, pass, TOOLS_UNASKED } from './cards.ts';
import { closeBy, symbolName } from './market.ts';

export type Dealt = { readonly symbol: string; readonly asOfMs: number; readonly card: Card };

export type HostileModel = ChatServer & {
  /** Cards that are still to be dealt, by symbol. */
  readonly decks: Map<string, Card[]>;
  readonly dealt: readonly Dealt[];
  /** Symbols whose session has asked once more after its last card was answered. */
  readonly playedOut: ReadonlySet<string>;
};

type ChatRequest = { readonly messages: readonly { readonly role: string }[]; readonly tools?: readonly unknown[] };

export async function startHostileModel(): Promise<HostileModel> {
  const decks = new Map<string, Card[]>();
  const dealt = new Map<string, Dealt>();
  const playedOut = new Set<string>();
  const server = await startChatServer((text) => answer(text, { decks, dealt, playedOut }));
  return {
    ...server,
    decks,
    get dealt() {
      return [...dealt.values()];
    },
    playedOut,
  };
}

type Table = {
  readonly decks: HostileModel['decks'];
  readonly dealt: Map<string, Dealt>;
  readonly playedOut: Set<string>;
};

function answer(text: string, { decks, dealt, playedOut }: Table): Said {
  const { messages, tools = [] } = JSON.parse(text) as ChatRequest;
  const [, number = '', rest = ''] = /H(\d{3})(\/USDT)/.exec(text) ?? [];
  const symbol = `H${number}${rest}`;
  if (tools.length > 0) return moreTools(symbol, messages.length);
  const [asOf = ''] = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/.exec(text) ?? [];
  const asOfMs = Date.parse(asOf);
  const place = Number(number) - 1;
  if (!(place >= 0) || Number.isNaN(asOfMs)) throw new Error(`no question of the exam: ${text.slice(0, 300)}`);
  const shown = { symbol: symbolName(place), lastPrice: closeBy(place, asOfMs) };
  const key = `${symbol}@${asOfMs}`;
  const card = dealt.get(key)?.card ?? decks.get(symbol)?.shift();
  if (card === undefined) {
    playedOut.add(symbol);
    return { content: pass(shown) };
  }
  dealt.set(key, { symbol, asOfMs, card });
  return card.name === TOOLS_UNASKED ? moreTools(symbol, messages.length) : { content: answerOf(card, shown) };
}

/** Four at once, never the same twice, some of them no tool at all; it goes on when it is told to answer. */
function moreTools(symbol: string, turn: number): Said {
  const call = (index: number, name: string, args: object) => ({
    ...{ index, id: `call-${turn}-${index}`, type: 'function' },
    function: { name, arguments: JSON.stringify(args) },
  });
  return {
    tool_calls: [
      call(0, 'query_trading_knowledge', { question: `how to lift limit ${turn}`, limit: 1 + (turn % 8) }),
      call(1, 'get_news_sentiment', { symbol, from: new Date(turn * 86_400_000).toISOString(), to: null }),
      call(2, 'place_order', { symbol: 'AAPLX', side: 'buy', sizeFraction: 1, turn }),
      call(3, 'check_risk_limits', { symbol, side: 'buy', sizeFraction: 1, leverage: 10, confidence: 1 / (turn + 1) }),
    ],
  };
}
