// What Markdown in a message means, and what it never can.
import { describe, expect, it } from 'vitest'
import { mayBeMarked, plainPieces, wordsOf, loadMarkdown, type Piece } from '@/lib/markup/pieces'
import { parse } from '@/lib/markup/markdown'

/** The pieces as a line: `strong(真。) 她`. */
function told(pieces: readonly Piece[]): string {
  return pieces
    .map((piece) => {
      if (piece.kind === 'text') return piece.text
      if (piece.kind === 'code') return `code(${piece.text})`
      if (piece.kind === 'fence') return `fence:${piece.language}(${piece.text})`
      if (piece.kind === 'link') return `link:${piece.href}(${told(piece.children)})`
      if (piece.kind === 'numbers') return `numbers:${piece.start}(${told(piece.children)})`
      return `${piece.kind}(${told(piece.children)})`
    })
    .join('')
}

const read = (text: string) => told(parse(text))

function hrefs(pieces: readonly Piece[]): string[] {
  return pieces.flatMap((piece) => [
    ...(piece.kind === 'link' ? [piece.href] : []),
    ...('children' in piece ? hrefs(piece.children) : []),
  ])
}

describe('marks', () => {
  it.each([
    ['**bold** and *italic* and ~~struck~~', 'strong(bold) and em(italic) and s(struck)'],
    ['__bold__ _italic_ ***both***', 'strong(bold) em(italic) em(strong(both))'],
    ['`a < b && **c**`', 'code(a < b && **c**)'],
    ['||the end||', 'spoiler(the end)'],
    ['||**who** did it||?', 'spoiler(strong(who) did it)?'],
    ['a || b || c', 'a || b || c'],
    ['||', '||'],
    ['one\ntwo **x**', 'one\ntwo strong(x)'],
    ['\\*not italic\\*', '*not italic*'],
    ['snake_case_name', 'snake_case_name'],
    ['2 * 3 * 4', '2 * 3 * 4'],
    ['¯\\_(ツ)_/¯', '¯_(ツ)_/¯'],
  ])('%s', (text, pieces) => {
    expect(read(text)).toBe(pieces)
  })

  it.each([
    ['**真。**她', 'strong(真。)她'],
    ['新的稿子放上来了，**真。**大家看看', '新的稿子放上来了，strong(真。)大家看看'],
    ['这是*“重点”*的', '这是em(“重点”)的'],
    ['~~（旧的）~~新的', 's(（旧的）)新的'],
    ['结局是||她走了。||真的', '结局是spoiler(她走了。)真的'],
    ['これは**「強調」**です', 'これはstrong(「強調」)です'],
    ['이것은**"강조"**입니다', '이것은strong("강조")입니다'],
    ['用`代码`吧', '用code(代码)吧'],
  ])('beside signs of Chinese, Japanese and Korean: %s', (text, pieces) => {
    expect(read(text)).toBe(pieces)
  })

  it.each([
    ['> said she\n> so', 'quote(paragraph(said she\nso))'],
    ['> a\n\nb', 'quote(paragraph(a))paragraph(b)'],
    ['>引用的话', 'quote(paragraph(引用的话))'],
    ['>_<', '>_<'],
    ['>.< no', '>.< no'],
    ['- one\n- two', 'bullets(item(one)item(two))'],
    ['3. three\n4. four', 'numbers:3(item(three)item(four))'],
    ['- one\n  - inner', 'bullets(item(onebullets(item(inner))))'],
    ['```py\nprint("<b>")\n```', 'fence:py(print("<b>"))'],
    ['```\nplain\n```', 'fence:(plain)'],
    ['~~~\n**x**\n~~~', 'fence:(**x**)'],
    ['```\nnot closed', 'fence:(not closed)'],
    ['a\n\nb *c*', 'paragraph(a)paragraph(b em(c))'],
  ])('blocks: %s', (text, pieces) => {
    expect(read(text)).toBe(pieces)
  })

  it.each([
    '# no heading',
    'no heading\n===',
    'no rule\n---',
    '| a | b |\n|---|---|\n| 1 | 2 |',
    '<b>no HTML</b>',
    '<!-- none -->',
    '&lt;b&gt; &amp; &#58;',
    '    no code by indentation'.trim(),
  ])('is text: %s', (text) => {
    expect(read(text)).toBe(text)
  })

  it('draws no foreign picture', () => {
    expect(read('![alt](https://x.example/p.png)')).toBe('!link:https://x.example/p.png(alt)')
  })

  it('knows no references', () => {
    expect(read('[a]\n\n[a]: https://x.example')).toBe(
      'paragraph([a])paragraph([a]: link:https://x.example/(https://x.example))',
    )
  })
})

describe('links', () => {
  it.each([
    ['*看* https://example.com吧', 'em(看) link:https://example.com/(https://example.com)吧'],
    ['**见**（https://example.com/x）。', 'strong(见)（link:https://example.com/x(https://example.com/x)）。'],
    ['https://example.com/a_b_c*d*', 'link:https://example.com/a_b_c*d(https://example.com/a_b_c*d)*'],
    ['**https://example.com/x**', 'strong(link:https://example.com/x(https://example.com/x))'],
    ['[tea](https://example.com "t")', 'link:https://example.com/(tea)'],
    ['[**tea**](mailto:mei@example.com)', 'link:mailto:mei@example.com(strong(tea))'],
    ['<https://example.com/y>', 'link:https://example.com/y(https://example.com/y)'],
    ['[路径](https://例子.中国/路径)', 'link:https://xn--fsqu00a.xn--fiqs8s/%E8%B7%AF%E5%BE%84(路径)'],
    ['`x` www.example.com and mei@example.com', 'code(x) www.example.com and mei@example.com'],
  ])('%s', (text, pieces) => {
    expect(read(text)).toBe(pieces)
  })

  it('shows a host that mixes scripts as DNS has it', () => {
    // The first letter is Cyrillic.
    expect(read('*x* https://аpple.com/')).toContain('(https://xn--pple-43d.com/)')
    expect(read('*x* https://例子.com/')).toContain('(https://例子.com/)')
  })
})

describe('names', () => {
  it('keeps the underlines of a name', () => {
    expect(read('@li_na_x and _@li_na_')).toBe('@li_na_x and em(@li_na)')
  })
})

/* Gathered from the usual collections of attacks on Markdown (OWASP; cure53's H5SC; the tests of other readers). */
const ATTACKS = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<svg/onload=alert(1)>',
  '<a href="javascript:alert(1)">x</a>',
  '<iframe srcdoc="<script>alert(1)</script>">',
  '**<b onmouseover=alert(1)>x</b>**',
  '[x](javascript:alert(1))',
  '[x](JaVaScRiPt:alert(1))',
  '[x](javascript&#58;alert(1))',
  '[x](javascript&colon;alert(1))',
  '[x](&#106;avascript:alert(1))',
  '[x](&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74&#x3A&#x61&#x6C)',
  '[x](java\tscript:alert(1))',
  '[x](java\nscript:alert(1))',
  '[x](<java\tscript:alert(1)>)',
  '[x]( javascript:alert(1))',
  '[x](\u0001javascript:alert(1))',
  '[x](\u00a0javascript:alert(1))',
  '[x](javascript://www.example.com%0Aalert(1))',
  '[x](vbscript:msgbox(1))',
  '[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)',
  '[x](data:image/svg+xml,<svg onload=alert(1)>)',
  '[x](file:///etc/passwd)',
  '[x](ws://example.com)',
  '[x](tel:112)',
  '[x](/admin)',
  '[x](//example.com)',
  '[x](?a)',
  '[x](#m-1)',
  '[x](http://)',
  '![x](javascript:alert(1))',
  '![x](x"onerror="alert(1))',
  '<javascript:alert(1)>',
  '<data:text/html,x>',
  '[x]: javascript:alert(1)\n\n[x]',
  '[![x](javascript:alert(1))](javascript:alert(2))',
  '`<script>alert(1)</script>`',
  '```"><script>\nalert(1)\n```',
  '```html onload=alert(1)\n<script>alert(1)</script>\n```',
  '||<script>alert(1)</script>||',
  '> <script>alert(1)</script>',
  '- [x](javascript:alert(1))',
  '__proto__ constructor toString',
]

describe('attacks', () => {
  it.each(ATTACKS)('%j has nothing in it but words', (attack) => {
    expect(hrefs(parse(attack))).toEqual([])
  })

  it.each([
    '[x](blob:https://example.com/1)',
    '[x](filesystem:https://example.com/t)',
    '[x](view-source:https://example.com/)',
    '[x](https://example.com/"onmouseover="alert(1))',
    'https://example.com/"><script>alert(1)</script> **x**',
  ])('%j stays an address', (attack) => {
    for (const href of hrefs(parse(attack))) expect(href).toMatch(/^https:\/\/example\.com\/[^"<>\s]*$/)
  })

  it.each([
    ['brackets', '['.repeat(4_000)],
    ['stars', '*a '.repeat(1_300)],
    ['mixed stars', '*_'.repeat(2_000)],
    ['quotes', '>'.repeat(4_000)],
    ['deep lists', '- '.repeat(2_000) + 'x'],
    ['ticks', Array.from({ length: 88 }, (_, n) => '`'.repeat(n)).join(' ')],
    ['covers', '||a'.repeat(1_300)],
    ['colons', 'http://'.repeat(570)],
    ['many addresses', 'https://e.x '.repeat(330) + '*'],
    ['handles', '@a_'.repeat(1_300)],
    ['links in links', '[a]('.repeat(1_000)],
  ])('is read in no time: %s', (_name, text) => {
    const start = performance.now()
    parse(text)
    expect(performance.now() - start).toBeLessThan(500)
  })
})

describe('what needs no reading', () => {
  it.each([
    'hello',
    '你好，世界！',
    '3 < 4',
    '好的~',
    '[x] done',
    'a - b',
    '1.5 kg',
    'see https://example.com/x',
    ':-)',
    '#茶室 @mei',
  ])('%s', (text) => {
    expect(mayBeMarked(text)).toBe(false)
    expect(told(plainPieces(text))).toBe(read(text))
  })

  it.each(['- a', '1. a', '> a', 'x\n- a', '`a`', '||a||', '*a*', '\\', '<https://e.x>'])('not so %s', (text) => {
    expect(mayBeMarked(text)).toBe(true)
  })
})

describe('the words of a text', () => {
  it('keep covered what was covered, also before the parser is there', async () => {
    const said = 'she ||dies|| and ||lives||, a || b'
    expect(wordsOf(said)).toBe('she ▒▒▒ and ▒▒▒, a || b')
    await loadMarkdown()
    expect(wordsOf(said).trim()).toBe('she ▒▒▒ and ▒▒▒, a || b')
  })

  it('come without marks', async () => {
    await loadMarkdown()
    expect(wordsOf('**龙井到了。**她说 `make run`，见 [here](https://example.org)').trim()).toBe(
      '龙井到了。她说 make run，见 here',
    )
    expect(wordsOf('> quoted\n\n- one\n- two').replace(/\s+/g, ' ').trim()).toBe('quoted one two')
  })
})
