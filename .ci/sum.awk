# Sums the results of `cargo test`, pytest and the conformance replay in the log of `make lint test`.
#
#   test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s
#   ===== 1 failed, 10 passed, 2 skipped, 1 error in 0.12s =====
#   11948 passed, 0 failed, 52 skipped
#
# `steps` is the exit status of make. A step that failed without a failed test (a lint, a build) counts
# as one failure, and so does a log without any test: nothing tested is never a pass.

{ gsub(/\033\[[0-9;]*m/, "") }

/^test result: / || /^=* ?([0-9]+ [a-z]+, )*[0-9]+ [a-z]+ in [0-9.]+s( \([0-9:]+\))? ?=*$/ || \
/^[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$/ {
    gsub(/[,;]/, "")
    for (i = 2; i <= NF; i++) {
        if ($i ~ /^(passed|xpassed)$/) passed += $(i - 1)
        else if ($i ~ /^(failed|errors?)$/) failed += $(i - 1)
        else if ($i ~ /^(skipped|ignored|xfailed)$/) skipped += $(i - 1)
    }
}

END {
    if (!failed && steps) {
        print "a step failed that is not a test: exit status " steps " of make"
        failed = 1
    }
    if (!failed && !passed) {
        print "no test ran"
        failed = 1
    }
    printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
    exit failed ? 1 : 0
}
