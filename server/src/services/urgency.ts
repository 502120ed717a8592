/** The urgency among the parameters of a `Priority` header, the last one where there are several. */
const urgency = /(?:^|,)\s*u\s*=\s*([0-7])\s*(?=[,;]|$)/g;

/**
 * Reads how urgent a call is from its `Priority` header (RFC 9218): from 0, the
 * most urgent, to 7. Undefined where it does not say, or says nothing valid.
 */
export function readUrgency(priority: string | undefined): number | undefined {
  if (priority === undefined) return undefined;
  const found = [...priority.matchAll(urgency)].at(-1)?.[1];
  return found === undefined ? undefined : Number(found);
}
