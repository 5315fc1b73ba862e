package attempt_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// invariants says by which tests each of the nine is shown, as the folder from
// the root and the name. What is shown with processes that are killed, at the
// size of a drill, stands beside it.
//
//	I1  an acknowledged answer is lost
//	I2  an answer is counted after deadline and grace, or refused before it
//	I3  two submissions, two markings
//	I4  the result depends on the order of delivery
//	I5  a history that no single register explains
//	I6  marking the same paper again gives another result
//	I7  a certificate number twice, or a gap
//	I8  a key reaches a candidate before the release
//	I9  an expired attempt stays open
var invariants = map[string][]string{
	"I1": {
		"engine/attempt TestLiveStateLost", "engine/attempt TestLiveStateFellBack", "engine/attempt TestCrashBeforeTheJournal",
		"engine/attempt TestTakenOverBeforeTheJournal", "engine/attempt TestClosedBetweenJournalAndReceipt",
		"engine/attempt TestLostInTheMiddle", "engine/attempt TestRestoredWhileSaving",
		"engine/attempt TestHistories", "engine/mongostore TestOnlyDuplicates", "cmd/gongyuan TestNothingOutlivesItsRequest",
	},
	"I2": {
		"engine/attempt TestDueToTheMillisecond", "engine/attempt TestExtendedAtTheDeadline",
		"engine/attempt TestSweptWhileExtended", "engine/attempt TestOlderChangeComesLater", "engine/attempt TestDeadline",
		"engine/attempt TestClockStepsBack", "engine/attempt TestClockStepsForward", "engine/attempt TestSteadyClock", "engine/attempt TestClockIsALaw",
	},
	"I3": {"engine/attempt TestOneSubmission", "engine/attempt TestOneSubmissionOneMarking",
		"engine/attempt TestSecondSubmissionChangesNothing", "engine/mongostore TestAttempts"},
	"I4": {
		"engine/attempt TestEveryOrderOfDelivery", "engine/attempt TestLongRandomDelivery", "engine/attempt TestFoldIgnoresOrder",
		"engine/attempt/redislive TestLive",
	},
	"I5": {"engine/attempt TestHistories", "engine/attempt TestRegister"},
	"I6": {"engine/result TestSameBytesFromTwoProcesses", "engine/result TestMarkTheory", "bank TestMarkSlotGolden"},
	"I7": {"engine/mongostore TestCertificateNumbers"},
	"I8": {"cmd/gongyuan TestNoKeyReachesCandidate", "bank TestViewHoldsNoKey"},
	"I9": {
		"engine/attempt TestRestart", "engine/attempt TestRun", "engine/attempt TestLiveStateLostAndNobodyThere",
		"engine/attempt TestSubmitWhenDue", "engine/attempt TestClosedByAProgramThatDied",
	},
}

// TestInvariantsAreShown keeps the table true: every invariant has tests, and
// all of them are there.
func TestInvariantsAreShown(t *testing.T) {
	t.Parallel()
	declared := map[string][]string{}
	names := regexp.MustCompile(`(?m)^func (Test\w+)\(t \*testing\.T\)`)
	for _, shown := range invariants {
		for _, test := range shown {
			folder, _, _ := strings.Cut(test, " ")
			if declared[folder] != nil {
				continue
			}
			files, err := filepath.Glob(filepath.Join("..", "..", folder, "*_test.go"))
			check(t, err)
			for _, file := range files {
				raw, err := os.ReadFile(file)
				check(t, err)
				for _, found := range names.FindAllStringSubmatch(string(raw), -1) {
					declared[folder] = append(declared[folder], found[1])
				}
			}
		}
	}
	for _, id := range []string{"I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8", "I9"} {
		if len(invariants[id]) == 0 {
			t.Errorf("%s is shown by nothing", id)
		}
		for _, test := range invariants[id] {
			if folder, name, _ := strings.Cut(test, " "); !slices.Contains(declared[folder], name) {
				t.Errorf("%s: there is no %s in %s", id, name, folder)
			}
		}
	}
}
