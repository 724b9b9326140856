import { runGroup } from '../support/together.js';

runGroup('register-files');
