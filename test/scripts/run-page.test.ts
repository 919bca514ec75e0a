import { describe, expect, it } from 'vitest';
import { runPage, tableHtml, textHtml } from '../../scripts/lib/research/run-page.ts';

describe('a table of a run', () => {
  it('has columns of numbers end flush under their head, missing ones too, with all their digits', () => {
    const html = tableHtml(
      ['genome', 'fitness', 'parents'],
      [
        ['a1', 0.1 + 0.2, null],
        ['b2', null, 'a1'],
      ],
    );
    expect(html).toContain(
      '<th scope="col">genome</th><th scope="col" class="number">fitness</th><th scope="col">parents</th>',
    );
    expect(html).toContain('<td>a1</td><td class="number">0.30000000000000004</td><td>–</td>');
    expect(html).toContain('<td>b2</td><td class="number">–</td><td>a1</td>');
  });

  it('shows what a name says, and runs nothing of it', () => {
    expect(tableHtml(['<b>'], [['<script>']])).toContain('&lt;script&gt;');
    expect(textHtml('a < b')).toBe('<pre>a &lt; b</pre>');
  });

  it('says so where there is nothing', () => {
    expect(tableHtml(['a'], [])).toBe('<p class="quiet">none</p>');
  });
});

it('is one file without network that carries the figures of the run', async () => {
  const html = await runPage({
    title: 'Evolution </script>',
    subtitle: '2 generations',
    stepName: 'generation',
    lines: [{ name: 'best', colourName: 'accent', points: [[0, 1.5]] }],
    sections: [{ heading: 'Champion', html: textHtml('long when RSI(14) is below 30') }],
    result: { fitness: 1.5, text: '</script>' },
  });
  const data = /<script type="application\/json" id="run-result">(.*?)<\/script>/.exec(html)?.[1] ?? '';
  expect(JSON.parse(data)).toEqual({ fitness: 1.5, text: '</script>' });
  expect(html).toContain('<title>Evolution &lt;/script&gt;</title>');
  expect(html).not.toMatch(/<(?:script|link|img)[^>]* (?:src|href)=/);
});
