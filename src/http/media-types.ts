export const JSON_TYPE = 'application/json';
export const NDJSON_TYPE = 'application/x-ndjson';
export const PROBLEM_TYPE = 'application/problem+json';
