# The wind distribution of METAR archives, as `interlock wind` counts it: a JSON array of eight numbers.
# For any awk whose regular expressions know + and character classes; mawk knows no {5}.

BEGIN {
  wind = "([0-9][0-9][0-9]|VRB)[0-9][0-9]KT"
  word = "^" wind
  complete = " METAR.*EGLL [0-9]*Z [A-Z ]*" wind ".*="
  for (i = 0; i < 8; i++) sectors[i] = 0
}

FNR == 1 {
  report = ""
  is_past_reports = 0
}

is_past_reports { next }
/TAF/ {
  is_past_reports = 1
  next
}
/#/ { next }

{
  line = $0
  sub(/^[ \t\r\f\v]+/, "", line)
  sub(/[ \t\r\f\v]+$/, "", line)
  report = report line
}

/=/ {
  if (report ~ complete) {
    count = split(report, words)
    for (i = 1; i <= count; i++) {
      if (words[i] !~ word) continue
      if (words[i] ~ /^VRB/) {
        for (j = 0; j < 8; j++) sectors[j]++
      } else {
        # No whole number of degrees is half way between two sectors.
        sectors[int((2 * substr(words[i], 1, 3) + 45) / 90) % 8]++
      }
    }
  }
  report = ""
}

END {
  printf "["
  for (i = 0; i < 8; i++) printf("%s%d", (i > 0) ? "," : "", sectors[i])
  print "]"
}
