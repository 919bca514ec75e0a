/** The frame of every page that scripts write: ONE HTML file, its style inside, under a policy that forbids requests. */
import { escapeHtml } from './report-page-tables.ts';

const NO_WAY_OUT = "base-uri 'none'; form-action 'none'";
const INLINE_STYLE = "style-src 'unsafe-inline'";

/** Content security policies. `still`: no script runs; `scripted`: those in the file do. Neither fetches anything. */
const PAGE_POLICY = {
  still: `default-src 'none'; ${INLINE_STYLE}; ${NO_WAY_OUT}`,
  scripted: `default-src 'none'; script-src 'unsafe-inline'; ${INLINE_STYLE}; img-src data:; ${NO_WAY_OUT}`,
} as const;

type HtmlPage = {
  /** As text: it is escaped here. */
  readonly title: string;
  readonly policy: keyof typeof PAGE_POLICY;
  readonly style: string;
  readonly body: string;
};

export const htmlPage = ({ title, policy, style, body }: HtmlPage): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${PAGE_POLICY[policy]}">
<title>${escapeHtml(title)}</title>
<style>
${style}</style>
</head>
<body>
${body}
</body>
</html>
`;

/** A JSON document for a script element. */
export const jsonInPage = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c');

/** Inside a script element only these two spellings could end or confuse it. */
export const inScript = (text: string): string => text.replaceAll(/<(?=\/script|!--)/gi, '\\x3c');
