/**
 * `npm run knowledge -- import FOLDER | search "…"`: Markdown documents into the knowledge base,
 * and passages out of it, each with the document it comes from. What is dated after `--as-of` is
 * refused and told. Only Postgres has to be up.
 */
import { readMarkdownFolder } from '../adapters/knowledge/markdown-folder.ts';
import { saveDocuments, searchKnowledge } from '../db/knowledge.ts';
import { isoText } from '../domain/market/bar-problems.ts';
import { type Problem, problem } from '../schemas/problem.ts';
import { instantArgument } from './lib/bars/answer.ts';
import { type CommandTable, named, parseWithWord, runCommand } from './lib/command-table.ts';
import { runScript } from './lib/script.ts';
import { withDatabase } from './lib/with-database.ts';

const nowMs = Date.now();

const commands: CommandTable = {
  async import(words) {
    const folder = parseWithWord(named('knowledge', 'import', 'FOLDER'), words, 'FOLDER');
    const documents = await readMarkdownFolder(folder, nowMs);
    const counts = await withDatabase({ name: 'knowledge' }, (db) => saveDocuments(db, documents));
    const { inserted, replaced, same } = counts;
    const line = `${documents.length} documents read: ${inserted} new, ${replaced} replaced, ${same} as they were`;
    return { exitCode: 0, document: { ok: true, read: documents.length, ...counts }, lines: [line] };
  },
  async search(words) {
    const command = named('knowledge', 'search', '"QUESTION"')
      .option('--as-of <instant>', 'what could be read then; now when not given')
      .option('--limit <number>', 'how many passages, 1 to 20', '5');
    let asOfMs: number | null = null;
    const question = parseWithWord(command, words, 'QUESTION', () => {
      const { asOf, limit } = command.opts();
      const problems: Problem[] = [];
      if (!/^([1-9]|1\d|20)$/.test(limit)) problems.push(problem('ARGUMENT_VALUE', '--limit', limit, '1 to 20'));
      asOfMs = instantArgument('--as-of', asOf, problems);
      return problems;
    });
    const asked = { question, limit: Number(command.opts().limit), asOfMs: asOfMs ?? nowMs };
    const found = await withDatabase({ name: 'knowledge' }, (db) => searchKnowledge(db, asked));
    const passages = found.passages.flatMap(({ documentId, title, kind, datedMs, text }) => [
      `[${documentId}] ${title} (${kind}, ${isoText(datedMs).slice(0, 10)})`,
      `  ${text.replace(/\s+/g, ' ')}`,
    ]);
    const refused = found.refused.map(({ documentId, code }) => `[${documentId}] refused: ${code}`);
    const lines = [...(passages.length === 0 ? ['nothing found'] : passages), ...refused];
    return { exitCode: 0, document: { ok: true, ...asked, ...found }, lines };
  },
};

await runScript(() => runCommand('knowledge', commands, process.argv.slice(2)));
