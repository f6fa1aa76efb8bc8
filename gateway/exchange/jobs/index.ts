export { cancelJob, type Job, scheduleJob, type Worker, type Workers } from './job.ts';
export { type Jobs, startJobs } from './runner.ts';
