/** The address of the real server. Who runs these tests asked for a real run, so that without one they fail. */
export const esdbUrl = (): string => {
  const url = process.env['ESDB_URL'];
  if (url === undefined || url === '') throw new Error('ESDB_URL must name a server: esdb://127.0.0.1:2113?tls=false');
  return url;
};
