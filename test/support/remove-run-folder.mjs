import { rmSync } from 'node:fs';

export default () => rmSync(process.env.HABEAS_TEST_RUN, { recursive: true, force: true });
