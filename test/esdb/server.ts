/** The URL of the real server. These tests are run explicitly, so they fail rather than skip without it. */
export const esdbUrl = (): string => {
  const url = process.env['ESDB_URL'];
  if (url === undefined || url === '') throw new Error('ESDB_URL must name a server: esdb://127.0.0.1:2113?tls=false');
  return url;
};
