import { runGroup } from '../support/together.js';

runGroup('e2e');
