import { MAX_MERGED_CASES, mergeTargetOf, mergeFindings, type MergeData } from '../../../src/domain/case/merging.js';
import { withIds, type CaseEventFields } from '../../support/events.js';

const merged = (into: string) => ({ type: 'merged', into, reason: 'the same man' }) as const;
const distinguished = (from: string) => ({ type: 'distinguished', from, reason: 'cousins' }) as const;
const FROM_ITSELF = 'CASE.DISTINGUISHED_FROM_ITSELF';
const unmerged = { type: 'unmerged', reason: 'two men' } as const;

describe('mergedInto', () => {
  test.each<[string, CaseEventFields, string | null]>([
    ['stands for itself without a merge', [], null],
    ['is the case of the merge', [merged('b')], 'b'],
    ['is none once it is unmerged', [merged('b'), unmerged], null],
    ['is the last one of several', [merged('b'), unmerged, merged('c')], 'c'],
  ])('%s', (_, events, into) => {
    expect(mergeTargetOf(withIds(...events))).toBe(into);
  });
});

describe('findings of merges', () => {
  /** Cases a (decided on), b and c, which is merged into d. */
  const data: MergeData = {
    caseId: 'a',
    survivorChains: new Map([
      ['b', ['b']],
      ['c', ['c', 'd']],
      ['d', ['d']],
      ['e', ['e', 'a']],
      ['full', Array.from({ length: MAX_MERGED_CASES }, (_, index) => `full-${String(index)}`)],
    ]),
    absorbedCaseCount: 0,
  };
  const findings = (history: CaseEventFields, ...newEvents: CaseEventFields) => {
    const events = withIds(...history, ...newEvents);
    return mergeFindings(events.slice(0, history.length), events.slice(history.length), data).map(({ code }) => code);
  };

  test.each<[string, CaseEventFields, CaseEventFields, readonly string[]]>([
    ['a merge into another case', [], [merged('b')], []],
    ['a merge into a case that is merged itself', [], [merged('c')], []],
    ['a merge after an unmerging', [merged('b'), unmerged], [merged('c')], []],
    ['an unmerging', [merged('b')], [unmerged], []],
    ['both in one request', [], [merged('b'), unmerged, merged('c')], []],
    ['a merge with itself', [], [merged('a')], ['CASE.MERGED_WITH_ITSELF']],
    ['a merge into no case', [], [merged('x')], ['CASE.MERGE_UNKNOWN']],
    ['a merge of what is merged', [merged('b')], [merged('c')], ['CASE.ALREADY_MERGED']],
    ['a merge that closes a circle', [], [merged('e')], ['CASE.MERGE_CIRCLE']],
    ['a merge into too long a chain', [], [merged('full')], ['CASE.MERGED_TOO_OFTEN']],
    ['an unmerging of what is not merged', [], [unmerged], ['CASE.NOT_MERGED']],
    ['a case told apart from another', [], [distinguished('b')], []],
    ['a case told apart from itself', [], [distinguished('a')], [FROM_ITSELF]],
    ['a case told apart from one that is merged into it', [], [distinguished('e')], [FROM_ITSELF]],
    ['a case told apart from the one that it is merged into', [merged('b')], [distinguished('b')], [FROM_ITSELF]],
    ['a merge, and a case told apart from its survivor', [], [merged('c'), distinguished('d')], [FROM_ITSELF]],
    ['a merge, then the two told apart', [], [merged('b'), distinguished('b')], [FROM_ITSELF]],
    ['two told apart, then a merge of them', [], [distinguished('b'), merged('b')], [FROM_ITSELF]],
    ['two that are merged into one, told apart', [merged('d')], [distinguished('c')], [FROM_ITSELF]],
    ['a merge of two that were told apart before', [distinguished('b')], [merged('b')], []],
    ['an unmerging, and the two told apart', [merged('b')], [unmerged, distinguished('b')], []],
    ['the two told apart, and an unmerging', [merged('b')], [distinguished('b'), unmerged], []],
    ['a merge into one case, told apart from another', [], [merged('b'), distinguished('c')], []],
    ['a case told apart from none', [], [distinguished('x')], ['CASE.DISTINGUISHED_UNKNOWN']],
    ['a second unmerging', [merged('b'), unmerged], [unmerged], ['CASE.NOT_MERGED']],
  ])('%s', (_, history, newEvents, codes) => {
    expect(findings(history, ...newEvents)).toEqual(codes);
  });

  test('a case that absorbed too many others is refused', () => {
    const [event] = withIds(merged('b'));
    const full = { ...data, absorbedCaseCount: MAX_MERGED_CASES };
    expect(mergeFindings([], event === undefined ? [] : [event], full).map(({ code }) => code)).toEqual([
      'CASE.MERGED_TOO_OFTEN',
    ]);
  });
});
