package main

// mutant is one way to break the engine. The text old stands in the file
// exactly once and becomes new; then the test must turn red.
type mutant struct {
	name     string
	file     string
	old, new string
	test     test
}

// test is a test by its package's folder and its name.
type test struct{ pkg, name string }

// String is how the test can be run.
func (t test) String() string { return t.name + " in " + t.pkg }

func attempts(name string) test  { return test{"engine/attempt", name} }
func liveStore(name string) test { return test{"engine/attempt/redislive", name} }
func store(name string) test     { return test{"engine/mongostore", name} }
func whole(name string) test     { return test{"cmd/gongyuan", name} }

// mutants are all of them. A text is as short as it can be, so that it stays
// unique and survives changes around it.
func mutants() []mutant {
	all := protocolMutants()
	all = append(all, ledgerMutants()...)
	all = append(all, endMutants()...)
	return append(all, keeperMutants()...)
}

// protocolMutants are the four that the live protocol names.
func protocolMutants() []mutant {
	return []mutant{
		{
			"acknowledge before the insert", "engine/attempt/save.go",
			"err := s.commit.append(bg, entries(cmd.Attempt, ops))",
			"var err error\n\t\tgo func() { _ = s.commit.append(bg, entries(cmd.Attempt, ops)) }()",
			attempts("TestCrashBeforeTheJournal"),
		},
		{
			"acknowledge what the journal refused", "engine/attempt/commit.go",
			"req.done <- own", "own = nil\n\t\treq.done <- own",
			attempts("TestCrashBeforeTheJournal"),
		},
		{
			"drop the sequence check, Redis", "engine/attempt/redislive/lua/save.lua",
			"if first > a.applied + 1 then", "first = math.min(first, a.applied + 1)\nif false then",
			attempts("TestEveryOrderOfDelivery"),
		},
		{
			"drop the sequence check, Go", "engine/attempt/save.go",
			"op.Seq != first+i || ", "op.Seq < first+i-MaxBatch || ", attempts("TestSaveRefused"),
		},
		{
			"<= for < at the deadline, saving", "engine/attempt/redislive/lua/prelude.lua",
			"now >= a.due", "now > a.due", attempts("TestDueToTheMillisecond"),
		},
		{
			"<= for < at the deadline, closing", "engine/attempt/redislive/lua/expire.lua",
			"tonumber(ARGV[2]) < a.due", "tonumber(ARGV[2]) <= a.due", attempts("TestDeadline"),
		},
		{
			"<= for < at the deadline, sweeping", "engine/attempt/redislive/read.go",
			"Max: ms(now)", "Max: \"(\" + ms(now)", attempts("TestDeadline"),
		},
		{
			"hand an uncopied string of Fiber to the journal", "api/server.go",
			"Immutable: true", "Immutable: false", whole("TestNothingOutlivesItsRequest"),
		},
	}
}

// ledgerMutants break what happens between a save and its receipt.
func ledgerMutants() []mutant {
	return []mutant{
		{
			"let an older page write", "engine/attempt/redislive/lua/save.lua",
			"if epoch < a.epoch then", "if false then", attempts("TestEnter"),
		},
		{
			"take other content for the same", "engine/attempt/redislive/lua/save.lua",
			"return reply(CONFLICT, a, seq)", "stored = nil", attempts("TestSaveRefused"),
		},
		{
			"raise the watermark before the journal stored", "engine/attempt/save.go",
			"err := s.commit.append(bg,",
			"_, _ = s.cfg.Live.Durable(bg, []Mark{{cmd.Attempt, cmd.Epoch, ops[0].Seq, ops[len(ops)-1].Seq}})\n\t\terr := s.commit.append(bg,",
			attempts("TestCrashBeforeTheJournal"),
		},
		{
			"raise the watermark over a gap", "engine/attempt/redislive/lua/durable.lua",
			"if from > a.durable + 1 then", "if false then", attempts("TestCrashBeforeTheJournal"),
		},
		{
			"tell a page that it is saved when Redis lost it", "engine/attempt/save.go",
			"if st, err = s.apply(ctx, cmd, ops, now); err != nil {", "if err = nil; true {", attempts("TestClosedBetweenJournalAndReceipt"),
		},
		{
			"let a taken-over page's operations wait for the close", "engine/attempt/redislive/lua/enter.lua",
			"for seq = a.pruned + 1, a.durable do", "for seq = a.pruned + 1, a.applied do", attempts("TestTakenOverBeforeTheJournal"),
		},
		{
			"swallow the errors that come with duplicates", "engine/mongostore/attempt.go",
			"if !mongo.IsDuplicateKeyError(w)", "if false && !mongo.IsDuplicateKeyError(w)", store("TestOnlyDuplicates"),
		},
		{
			"let one bad request fail its batch", "engine/attempt/commit.go",
			"own = c.write(req.entries)", "own = err", attempts("TestCommitKeepsTheInnocent"),
		},
		{
			"replay in the order of arrival", "engine/attempt/fold.go",
			"slices.SortedFunc(slices.Values(ops), byEpochAndSeq)", "slices.Clone(ops)", attempts("TestFoldIgnoresOrder"),
		},
		{
			"digest in the order of the map", "engine/attempt/fold.go",
			"slices.Sorted(maps.Keys(answers))", "slices.Collect(maps.Keys(answers))",
			test{"engine/result", "TestSameBytesFromTwoProcesses"},
		},
	}
}

// endMutants break the end of an attempt.
func endMutants() []mutant {
	return []mutant{
		{
			"submit with operations missing", "engine/attempt/redislive/lua/submit.lua",
			"if tonumber(ARGV[5]) ~= a.applied then", "if false then", attempts("TestAttempt"),
		},
		{
			"drop what came too late", "engine/attempt/save.go",
			"if err := s.cfg.Journal.SetAside(ctx, aside); err != nil {", "if err := error(nil); err != nil {", attempts("TestDeadline"),
		},
		{
			"finalise without the tail", "engine/attempt/close.go",
			"if len(tails) > 0 {", "if false {", attempts("TestCrashBeforeTheJournal"),
		},
		{
			"collect without noting it for the sweeper", "engine/attempt/redislive/lua/force.lua",
			"redis.call('SADD', KEYS[3], ARGV[1])", "", attempts("TestClosedByAProgramThatDied"),
		},
		{
			"submit without noting it for the sweeper", "engine/attempt/redislive/lua/submit.lua",
			"redis.call('SADD', KEYS[3], ARGV[1])", "", attempts("TestClosedByAProgramThatDied"),
		},
		{
			"overwrite the submission", "engine/mongostore/attempt_move.go",
			"_, err := a.submissions.InsertMany(",
			"_, _ = a.submissions.DeleteMany(ctx, bson.M{\"_id\": bson.M{\"$in\": ids}})\n\t_, err := a.submissions.InsertMany(",
			attempts("TestSecondSubmissionChangesNothing"),
		},
		{
			"forget a submission that is not marked", "engine/attempt/close.go",
			"Marked: errs[i] == nil", "Marked: true", attempts("TestMarkerIsTriedAgain"),
		},
		{
			"show the key with the question", "bank/view.go",
			"Stem: q.Stem}", "Stem: q.Stem + q.Explanation}", whole("TestNoKeyReachesCandidate"),
		},
	}
}

// keeperMutants break what brings an attempt back, and its time.
func keeperMutants() []mutant {
	return []mutant{
		{
			"restore over a newer live state", "engine/attempt/redislive/lua/restore.lua",
			"local newer = a and not", "local newer = false and not", liveStore("TestLive"),
		},
		{
			"restore what was read before it was lost once more", "engine/attempt/redislive/lua/restore.lua",
			"not a and redis.call('GET', KEYS[6]) == at", "not a", attempts("TestLiveStateLostWhileRestored"),
		},
		{
			"believe a gap when Redis fell back again", "engine/attempt/restore.go",
			"contiguous(all[id], st.Epoch) <= st.AppliedSeq", "st.Epoch > 0 || all != nil", attempts("TestLiveStateFellBackTwice"),
		},
		{
			"open a closed attempt again", "engine/attempt/redislive/lua/restore.lua",
			"local over = a and", "local over = false and", attempts("TestClosedByAProgramThatDied"),
		},
		{
			"restore without the answers", "engine/attempt/restore.go",
			"Answers: Fold(ops)", "Answers: nil", attempts("TestLiveStateLost"),
		},
		{
			"take a lost attempt for one without answers", "engine/attempt/redislive/read.go",
			"if there.Val() == 0 {", "if there.Val() < 0 {", liveStore("TestLive"),
		},
		{
			"count the deadline from now", "engine/attempt/enter.go",
			"Deadline: rec.Deadline, Due", "Deadline: now.Add(rec.Deadline.Sub(rec.Started)), Due", attempts("TestClockStepsBack"),
		},
		{
			"close what was given more time", "engine/attempt/redislive/lua/expire.lua",
			"if goesOn(a) and tonumber(ARGV[3]) > a.version then", "if false then", attempts("TestSweptWhileExtended"),
		},
		{
			"let an older change of the time win", "engine/attempt/redislive/lua/adjust.lua",
			"if tonumber(ARGV[4]) <= a.version then", "if false then", attempts("TestOlderChangeComesLater"),
		},
		{
			"close without leaving the due set", "engine/attempt/redislive/lua/expire.lua",
			"redis.call('HSET', KEYS[1], 'state', ENDED, 'manner', DEADLINE, 'ended', a.deadlineText)", "", attempts("TestDeadline"),
		},
		{
			"sweep without noticing what Redis lost", "engine/attempt/redislive/read.go",
			"found.Lost = true", "found.Lost = false", attempts("TestLiveStateLostAndNobodyThere"),
		},
	}
}
