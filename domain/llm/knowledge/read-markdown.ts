/**
 * A Markdown file with front matter as a document of the knowledge base:
 *
 *   ---
 *   title: Relative strength index
 *   kind: technique
 *   dated: 1978-06-01
 *   ---
 *   Text.
 *
 * `dated` (and `known`, when it could be read first) may be left out: then it is known from the import on, no earlier.
 */
import { type KnowledgeDocument, knowledgeDocumentSchema, knowledgeKindSchema } from '../../../schemas/knowledge.ts';
import { InvalidInput, type Problem, problem } from '../../../schemas/problem.ts';
import { parseInstant } from '../../market/parse-instant.ts';

const FIELDS = ['title', 'kind', 'dated', 'known'];
const FRONT = /^\uFEFF?---[ \t]*\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/;

/** `name`: of the file; without its ending it is the document's id. @throws InvalidInput with every mistake */
export function readMarkdown(name: string, text: string, nowMs: number): KnowledgeDocument {
  const front = FRONT.exec(text);
  if (front === null) {
    throw new InvalidInput([problem('KNOWLEDGE_FRONT_MATTER', name, text.slice(0, 20), 'lines between --- and ---')]);
  }
  const problems: Problem[] = [];
  const fields = fieldsOf(name, front[1] ?? '', problems);
  const datedMs = instantOf(name, 'dated', fields, nowMs, problems);
  const document = {
    documentId: name.replace(/\.md$/i, '').toLowerCase(),
    title: fields.get('title') ?? '',
    kind: fields.get('kind'),
    body: text.slice(front[0].length).trim(),
    datedMs,
    knownAtMs: instantOf(name, 'known', fields, datedMs, problems),
  };
  if (!knowledgeKindSchema.safeParse(document.kind).success) {
    problems.push(problem('KNOWLEDGE_FIELD', `${name} kind`, document.kind, knowledgeKindSchema.options.join(', ')));
  }
  const parsed = knowledgeDocumentSchema.omit({ kind: true }).safeParse({ ...document, kind: undefined });
  const issues = parsed.success ? [] : parsed.error.issues.filter(({ code }) => code !== 'unrecognized_keys');
  for (const { path, message } of issues) {
    const field = String(path[0]);
    problems.push(problem('KNOWLEDGE_FIELD', `${name} ${field}`, Reflect.get(document, field), message));
  }
  if (problems.length > 0) throw new InvalidInput(problems);
  return knowledgeDocumentSchema.parse(document);
}

function fieldsOf(name: string, front: string, problems: Problem[]): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of front.split(/\r?\n/)) {
    if (line.trim() === '' || line.trimStart().startsWith('#')) continue;
    const [, key = '', value = ''] = /^([A-Za-z]+):\s*(.*)$/.exec(line) ?? [];
    if (FIELDS.includes(key)) fields.set(key, value.trim().replace(/^(["'])(.*)\1$/, '$2'));
    else problems.push(problem('KNOWLEDGE_FIELD', name, line, `one of ${FIELDS.join(', ')}, a colon and a value`));
  }
  return fields;
}

function instantOf(
  name: string,
  field: string,
  fields: ReadonlyMap<string, string>,
  fallbackMs: number,
  problems: Problem[],
): number {
  const text = fields.get(field);
  if (text === undefined) return fallbackMs;
  const instant = parseInstant(text, { dateOnly: true });
  if (instant.ok) return instant.ms;
  problems.push(problem(instant.code, `${name} ${field}`, text, instant.expected, instant.hint));
  return fallbackMs;
}
