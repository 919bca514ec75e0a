/** The face of the words about one event of an officer: the id is the event's, so there is one commentary of each. */
export const OFFICER_COMMENTARY = 'officer-commentary';
export const officerCommentaryId = (sequence: number): string => `${OFFICER_COMMENTARY}:${sequence}`;
